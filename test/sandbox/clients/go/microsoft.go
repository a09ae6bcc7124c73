package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/keyvault/armkeyvault"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
)

// exerciseMicrosoft makes a vault and works in it with Microsoft's own clients.
func exerciseMicrosoft(ctx context.Context) (any, error) {
	own, err := discover(ctx)
	if err != nil {
		return nil, err
	}
	credential, err := certificateCredential(own)
	if err != nil {
		return nil, err
	}
	uri, listed, err := makeVault(ctx, own, credential)
	if err != nil {
		return nil, err
	}
	ownSecrets, err := exerciseSecrets(ctx, uri, credential)
	if err != nil {
		return nil, err
	}
	public, err := certificateCredential(cloud.AzurePublic)
	if err != nil {
		return nil, err
	}
	publicSecrets, err := exerciseSecrets(ctx, "https://kv-go.vault.azure.net/", public)
	if err != nil {
		return nil, err
	}
	pod, err := azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
		ClientOptions:            azcore.ClientOptions{Cloud: own},
		ClientID:                 os.Getenv("JOB_CLIENT_ID"),
		TenantID:                 os.Getenv("ARM_TENANT_ID"),
		TokenFilePath:            os.Getenv("AZURE_FEDERATED_TOKEN_FILE"),
		DisableInstanceDiscovery: true,
	})
	if err != nil {
		return nil, err
	}
	_, refusal := exerciseSecrets(ctx, uri, pod)
	var answer *azcore.ResponseError
	if !errors.As(refusal, &answer) {
		return nil, errors.Join(errors.New("the pod was not refused by the vault"), refusal)
	}
	return map[string]any{
		"uri": uri, "listed": listed, "own": ownSecrets, "public": publicSecrets,
		"refused": []any{answer.StatusCode, answer.ErrorCode},
	}, nil
}

// discover reads what the cloud says of itself into the form Microsoft's clients take.
func discover(ctx context.Context) (cloud.Configuration, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, os.Getenv("RESOURCE_MANAGER")+"/metadata/endpoints?api-version=2022-09-01", nil)
	if err != nil {
		return cloud.Configuration{}, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return cloud.Configuration{}, err
	}
	defer response.Body.Close()
	described := struct {
		ResourceManager string `json:"resourceManager"`
		Authentication  struct {
			LoginEndpoint string   `json:"loginEndpoint"`
			Audiences     []string `json:"audiences"`
		} `json:"authentication"`
	}{}
	if err := json.NewDecoder(response.Body).Decode(&described); err != nil {
		return cloud.Configuration{}, err
	}
	return cloud.Configuration{
		ActiveDirectoryAuthorityHost: described.Authentication.LoginEndpoint,
		Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
			cloud.ResourceManager: {Audience: described.Authentication.Audiences[0], Endpoint: described.ResourceManager},
		},
	}, nil
}

func certificateCredential(in cloud.Configuration) (azcore.TokenCredential, error) {
	pem, err := os.ReadFile(os.Getenv("ARM_CLIENT_CERTIFICATE_PATH"))
	if err != nil {
		return nil, err
	}
	certificates, key, err := azidentity.ParseCertificates(pem, nil)
	if err != nil {
		return nil, err
	}
	return azidentity.NewClientCertificateCredential(os.Getenv("ARM_TENANT_ID"), os.Getenv("ARM_CLIENT_ID"), certificates, key,
		&azidentity.ClientCertificateCredentialOptions{ClientOptions: azcore.ClientOptions{Cloud: in}})
}

func makeVault(ctx context.Context, in cloud.Configuration, credential azcore.TokenCredential) (string, []string, error) {
	options := &arm.ClientOptions{ClientOptions: azcore.ClientOptions{Cloud: in}}
	vaults, err := armkeyvault.NewVaultsClient(os.Getenv("ARM_SUBSCRIPTION_ID"), credential, options)
	if err != nil {
		return "", nil, err
	}
	poller, err := vaults.BeginCreateOrUpdate(ctx, "rg-identities", "kv-go", armkeyvault.VaultCreateOrUpdateParameters{
		Location: to.Ptr("westeurope"),
		Properties: &armkeyvault.VaultProperties{
			TenantID:                to.Ptr(os.Getenv("ARM_TENANT_ID")),
			SKU:                     &armkeyvault.SKU{Family: to.Ptr(armkeyvault.SKUFamilyA), Name: to.Ptr(armkeyvault.SKUNameStandard)},
			EnableRbacAuthorization: to.Ptr(true),
		},
	}, nil)
	if err != nil {
		return "", nil, err
	}
	made, err := poller.PollUntilDone(ctx, nil)
	if err != nil {
		return "", nil, err
	}
	names := []string{}
	for pager := vaults.NewListBySubscriptionPager(nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return "", nil, err
		}
		for _, vault := range page.Value {
			names = append(names, *vault.Name)
		}
	}
	return *made.Properties.VaultURI, names, nil
}

// exerciseSecrets leaves the check of the challenge's resource on, as it is by default.
func exerciseSecrets(ctx context.Context, uri string, credential azcore.TokenCredential) (any, error) {
	secrets, err := azsecrets.NewClient(uri, credential, nil)
	if err != nil {
		return nil, err
	}
	written, err := secrets.SetSecret(ctx, "plain", azsecrets.SetSecretParameters{Value: to.Ptr("one")}, nil)
	if err != nil {
		return nil, err
	}
	found, err := secrets.GetSecret(ctx, written.ID.Name(), written.ID.Version(), nil)
	if err != nil {
		return nil, err
	}
	count := 0
	for pager := secrets.NewListSecretPropertiesVersionsPager("plain", nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		count += len(page.Value)
	}
	return map[string]any{"value": *found.Value, "versions": count}, nil
}
