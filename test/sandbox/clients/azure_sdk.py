"""Microsoft's clients for Python against the sandbox, discovered and by their public names; prints one JSON object."""

import asyncio
import json
import os
from urllib.request import Request, urlopen

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.identity import CertificateCredential, ClientAssertionCredential
from azure.keyvault.certificates import CertificateClient, CertificatePolicy
from azure.keyvault.secrets import SecretClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.application import Application

TENANT = os.environ["ARM_TENANT_ID"]
CLIENT = os.environ["ARM_CLIENT_ID"]
SUBSCRIPTION = os.environ["ARM_SUBSCRIPTION_ID"]
CERTIFICATE = os.environ["ARM_CLIENT_CERTIFICATE_PATH"]
RESOURCE_MANAGER = os.environ["RESOURCE_MANAGER"]


def vault_of_the_discovered_cloud():
    """The management client makes a vault; its address comes from what the cloud says of itself."""
    metadata = json.load(urlopen(f"{RESOURCE_MANAGER}/metadata/endpoints?api-version=2022-09-01"))
    credential = CertificateCredential(
        TENANT,
        CLIENT,
        CERTIFICATE,
        authority=metadata["authentication"]["loginEndpoint"],
        disable_instance_discovery=True,
    )
    management = KeyVaultManagementClient(
        credential,
        SUBSCRIPTION,
        base_url=metadata["resourceManager"],
        credential_scopes=[metadata["authentication"]["audiences"][0] + "/.default"],
    )
    vault = management.vaults.begin_create_or_update(
        "rg-identities",
        "kv-python",
        {
            "location": "westeurope",
            "properties": {
                "tenantId": TENANT,
                "sku": {"family": "A", "name": "standard"},
                "enableRbacAuthorization": True,
            },
        },
    ).result()
    listed = [each.name for each in management.vaults.list_by_subscription()]
    return {"uri": vault.properties.vault_uri, "id": vault.id, "listed": listed}


def secrets(address, authority):
    """With the check of the challenge's resource that these clients do by themselves."""
    credential = CertificateCredential(TENANT, CLIENT, CERTIFICATE, authority=authority)
    client = SecretClient(address, credential)
    written = client.set_secret("plain", "one", content_type="text/plain")
    found = client.get_secret("plain")
    client.begin_delete_secret("plain").wait()
    try:
        client.get_secret("plain")
        missing = None
    except ResourceNotFoundError as error:
        missing = error.error.code
    client.begin_recover_deleted_secret("plain").wait()
    return {
        "id": written.id.rsplit("/", 1)[0],
        "value": found.value,
        "missing": missing,
        "names": [each.name for each in client.list_properties_of_secrets()],
    }


def certificate(address, authority):
    credential = CertificateCredential(TENANT, CLIENT, CERTIFICATE, authority=authority)
    client = CertificateClient(address, credential)
    policy = CertificatePolicy(issuer_name="Self", subject="CN=python", validity_in_months=3)
    made = client.begin_create_certificate("python", policy).result()
    return {"name": made.name, "thumbprint": made.properties.x509_thumbprint.hex().upper()}


def refused(address, authority):
    """A job outside, by the token its issuer gives it; its application has no role in the vault."""
    def assertion():
        url = os.environ["ACTIONS_ID_TOKEN_REQUEST_URL"] + "&audience=api://AzureADTokenExchange"
        bearer = {"authorization": f"bearer {os.environ['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}"}
        return json.load(urlopen(Request(url, headers=bearer)))["value"]

    credential = ClientAssertionCredential(TENANT, os.environ["JOB_CLIENT_ID"], assertion, authority=authority)
    try:
        SecretClient(address, credential).get_secret("plain")
        return None
    except HttpResponseError as error:
        return [error.status_code, error.error.code, error.error.innererror["code"]]


async def graph(base_url, authority):
    credential = CertificateCredential(TENANT, CLIENT, CERTIFICATE, authority=authority)
    provider = AzureIdentityAuthenticationProvider(
        credential, scopes=["https://graph.microsoft.com/.default"], allowed_hosts=["localhost", "graph.microsoft.com"]
    )
    adapter = GraphRequestAdapter(provider)
    adapter.base_url = base_url
    client = GraphServiceClient(request_adapter=adapter)
    made = await client.applications.post(
        Application(display_name="made-in-python", sign_in_audience="AzureADMyOrg")
    )
    found = await client.applications.by_application_id(made.id).get()
    names = [each.display_name for each in (await client.applications.get()).value]
    await client.applications.by_application_id(made.id).delete()
    return {"appId": found.app_id == made.app_id, "names": sorted(names)}


LOGIN = os.environ["CERTLOCK_LOGIN_ENDPOINT"]
vault = vault_of_the_discovered_cloud()
own = vault["uri"].rstrip("/")
public = "https://kv-python.vault.azure.net"
print(
    json.dumps(
        {
            "vault": vault,
            "own": secrets(own, LOGIN),
            "public": secrets(public, "https://login.microsoftonline.com"),
            "certificate": certificate(own, LOGIN),
            "refused": refused(own, LOGIN),
            "graph": asyncio.run(graph(os.environ["CERTLOCK_GRAPH_ENDPOINT"] + "/v1.0", LOGIN)),
            "publicGraph": asyncio.run(graph("https://graph.microsoft.com/v1.0", "login.microsoftonline.com")),
        }
    ),
    flush=True,
)
