"""Why a message was understood as it was: what decided the act, the aspect, the matter."""
