"""What can go wrong in a way a person should read: each carries an HTTP status and a code."""

from app.i18n import N_


class AppError(Exception):
    """A refusal with a sentence for the reader.

    `status` is the HTTP status, `code` a stable word for machines, `words` an English source sentence that the
    catalogues translate.
    """

    status = 500
    code = "error"
    words = N_("Something went wrong here. Nothing was lost; try again.")

    def __init__(self, words: str | None = None, *, field: str | None = None) -> None:
        super().__init__(words or self.words)
        if words is not None:
            self.words = words
        self.field = field


class NotFound(AppError):
    """Not there, or not yours: the two look alike on purpose."""

    status = 404
    code = "not-found"
    words = N_("This conversation does not exist, or you have no access to it.")


class NotAllowed(AppError):
    status = 403
    code = "not-allowed"
    words = N_("Your role does not allow this. Ask an admin.")


class ForgedRequest(AppError):
    """A changing request without our token, or from another site."""

    status = 403
    code = "forged-request"
    words = N_("This page was open for too long. Reload it and try again.")


class NotSignedIn(AppError):
    status = 401
    code = "not-signed-in"
    words = N_("Your session ended. Sign in again.")


class Invalid(AppError):
    """A form field that cannot be taken as it is."""

    status = 422
    code = "invalid"
    words = N_("Check this field.")


class Conflict(AppError):
    status = 409
    code = "conflict"
    words = N_("This message was already sent with another text.")


class Unavailable(AppError):
    """The database is busy or full; trying again will help."""

    status = 503
    code = "unavailable"
    words = N_("The system is busy. Nothing was lost; try again in a few seconds.")


class Joined(AppError):
    """A conversation whose contact was found to be another one: its thread goes on in `into_id`."""

    status = 303
    code = "joined"
    words = N_("This conversation has become part of another one: both are the same person's.")

    def __init__(self, into_id: int) -> None:
        super().__init__()
        self.into_id = into_id
