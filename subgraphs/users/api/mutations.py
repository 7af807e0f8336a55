"""The root fields that write, from the modules that group them."""

import strawberry

from subgraphs.users.api.open_id import OpenIdMutation
from subgraphs.users.api.profile import ProfileMutation
from subgraphs.users.api.recovery import RecoveryMutation
from subgraphs.users.api.sign_in import SignInMutation


@strawberry.type
class Mutation(SignInMutation, OpenIdMutation, ProfileMutation, RecoveryMutation):
    """All mutations."""
