"""The editor's space: its softwares, its identifiers, the CFA it serves, its recent calls."""
