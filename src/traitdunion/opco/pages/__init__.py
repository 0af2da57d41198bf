"""What the HTML doors share: layout, sessions, security headers, forms, error pages."""
