"""Content types as HTTP writes them: ``text/csv; charset=utf-8`` is CSV, and Accept may name several."""

JSON = 'application/json'
CSV = 'text/csv'
ANY = '*/*'


def media_type(header):
    """The type without its parameters."""
    return header.split(';')[0].strip().lower() if header else header


def first_of(accept, types):
    """The first type of an Accept header that is one of ``types``, or None."""
    for option in (accept or ANY).split(','):
        option = media_type(option)
        if option == ANY:
            return types[0]
        if option in types:
            return option
    return None
