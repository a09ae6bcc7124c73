import pulumi


class Azuread(pulumi.CustomResource):
    """As the SDK of azuread registers its resources, without having to be installed."""

    def __init__(self, kind: str, name: str, properties: pulumi.Inputs) -> None:
        token = f"azuread:index/{kind[0].lower()}{kind[1:]}:{kind}"
        super().__init__(token, name, properties)


region = pulumi.Config().require("region")
legacy = Azuread("Application", "legacy", {"displayName": f"Legacy {region}"})
Azuread("ApplicationPassword", "legacy-secret", {"applicationId": legacy.id})
