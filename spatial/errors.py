"""What can go wrong, as one tree.

OneMapError
├── BadInput            what was sent cannot be understood or is not allowed
│   ├── BadGeometry         a shape that is broken, hostile or of the wrong kind
│   ├── BadTime             a date, instant or interval that cannot be read
│   ├── BadCrs              a coordinate reference system nobody knows
│   ├── BadFilter           a CQL2 filter that does not parse or names what does not exist
│   ├── BadParameter        a query parameter that is unknown or malformed
│   ├── BadLayer            a layer declaration that contradicts itself
│   ├── BadMedia            a body of a kind that is not read here
│   └── BadSource           a file or service that cannot be read as records
├── Forbidden           this reader may not do that
├── NotFound            the named thing does not exist (for this reader)
├── Conflict            the thing exists already or has changed meanwhile
├── TooMuch             more was asked for than one answer may carry
├── NotAcceptable       no representation of the asked kind
├── Unguessable         a fact (datum, encoding) that the data do not decide: say it
└── Unavailable         a part of OneMap or an upstream does not answer now
"""


class OneMapError(Exception):
    """Something went wrong; the message says what, and what to do instead."""


class BadInput(OneMapError):
    """What was sent cannot be understood or is not allowed."""


class BadGeometry(BadInput):
    """A shape is broken, hostile or of the wrong kind."""


class BadTime(BadInput):
    """A date, instant or interval cannot be read."""


class BadCrs(BadInput):
    """Nobody knows this coordinate reference system."""


class BadFilter(BadInput):
    """A filter does not parse, or names what does not exist."""


class BadParameter(BadInput):
    """A query parameter is unknown or malformed."""


class BadLayer(BadInput):
    """A layer's declaration contradicts itself."""


class BadMedia(BadInput):
    """A body is of a kind that is not read here."""


class BadSource(BadInput):
    """A file or service cannot be read as records."""


class Forbidden(OneMapError):
    """This reader may not do that."""


class NotFound(OneMapError):
    """The named thing does not exist for this reader."""


class Conflict(OneMapError):
    """The thing exists already, or has changed meanwhile."""


class TooMuch(OneMapError):
    """More was asked for than one answer may carry."""


class NotAcceptable(OneMapError):
    """There is no representation of the asked kind."""


class Unguessable(OneMapError):
    """The data do not decide this fact; it must be said."""


class Unavailable(OneMapError):
    """A part of OneMap, or an upstream service, does not answer now."""
