"""What a browser may do with our pages: Content-Security-Policy, and headers that every answer carries."""

OWN = "default-src 'none'; script-src 'self'; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'"
"""Nothing from another host, nothing inline that runs."""

PAGE = f"{OWN}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
"""For documents; Leaflet and Swagger write styles into elements and draw small pictures of their own."""

MAP = f"{PAGE.replace("img-src 'self' data:", "img-src 'self' data: blob:")}; worker-src 'self' blob:; child-src blob:"
"""For the one map, whose library works in a thread of its own."""

FIXED = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
"""What every answer carries."""
