"""What the attack does not know by itself: a mail goes over the wire as any other file does."""

import schemathesis

schemathesis.serializer.alias("message/rfc822", "application/octet-stream")
