"""The object store: a port, a local folder (default), S3, and an in-memory twin for tests."""

from traitdunion.opco.socle.object_store.port import ObjectAbsent, ObjectStore, ObjectStoreError, purge_staging

__all__ = ["ObjectAbsent", "ObjectStore", "ObjectStoreError", "purge_staging"]
