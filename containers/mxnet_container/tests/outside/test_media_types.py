from mxnet_container.media_types import first_of, media_type


def test_media_types_lose_their_parameters():
    assert media_type('Text/CSV; charset=utf-8') == 'text/csv'


def test_accept_may_name_several_types():
    known = ('application/json', 'text/csv')
    assert first_of('image/png, text/csv;q=0.9', known) == 'text/csv'
    assert first_of('*/*', known) == 'application/json'
    assert first_of(None, known) == 'application/json'
    assert first_of('image/png', known) is None
