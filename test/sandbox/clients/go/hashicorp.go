package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/hashicorp/go-azure-sdk/sdk/auth"
	"github.com/hashicorp/go-azure-sdk/sdk/claims"
	"github.com/hashicorp/go-azure-sdk/sdk/client"
	"github.com/hashicorp/go-azure-sdk/sdk/client/msgraph"
	"github.com/hashicorp/go-azure-sdk/sdk/environments"
)

type application struct {
	ID             string `json:"id,omitempty"`
	AppID          string `json:"appId,omitempty"`
	DisplayName    string `json:"displayName,omitempty"`
	SignInAudience string `json:"signInAudience,omitempty"`
}

// exerciseHashicorp does what the Terraform provider for Entra does before and during its work, with the library it does it with:
// reads the cloud's description, signs in by certificate or as a job, reads the token's claims, and calls Graph.
func exerciseHashicorp(ctx context.Context) (any, error) {
	environment, err := environments.FromEndpoint(ctx, os.Getenv("RESOURCE_MANAGER"))
	if err != nil {
		return nil, err
	}
	suffix, _ := environment.KeyVault.DomainSuffix()
	report := map[string]any{"cloud": environment.Name, "vaultSuffix": suffix}

	common := auth.Credentials{Environment: *environment, TenantID: os.Getenv("ARM_TENANT_ID")}
	certificate := common
	certificate.ClientID = os.Getenv("ARM_CLIENT_ID")
	certificate.EnableAuthenticatingUsingClientCertificate = true
	certificate.ClientCertificatePath = os.Getenv("PFX")
	gitHub := common
	gitHub.ClientID = os.Getenv("JOB_CLIENT_ID")
	gitHub.EnableAuthenticationUsingGitHubOIDC = true
	gitHub.OIDCTokenRequestURL = os.Getenv("ACTIONS_ID_TOKEN_REQUEST_URL")
	gitHub.OIDCTokenRequestToken = os.Getenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
	pipeline := common
	pipeline.ClientID = os.Getenv("JOB_CLIENT_ID")
	pipeline.EnableAuthenticationUsingADOPipelineOIDC = true
	pipeline.OIDCTokenRequestURL = os.Getenv("SYSTEM_OIDCREQUESTURI")
	pipeline.OIDCTokenRequestToken = os.Getenv("SYSTEM_ACCESSTOKEN")
	pipeline.ADOPipelineServiceConnectionID = "connection"
	for name, credentials := range map[string]auth.Credentials{
		"certificate": certificate, "gitHub": gitHub, "pipeline": pipeline,
	} {
		authorizer, err := auth.NewAuthorizerFromCredentials(ctx, credentials, environment.MicrosoftGraph)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		token, err := authorizer.Token(ctx, &http.Request{})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		parsed, err := claims.ParseClaims(token)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		report[name] = map[string]any{"appId": parsed.AppId, "objectId": parsed.ObjectId, "tenantId": parsed.TenantId}
		if name == "certificate" {
			if report["graph"], err = exerciseGraph(ctx, environment.MicrosoftGraph, authorizer); err != nil {
				return nil, fmt.Errorf("graph: %w", err)
			}
		}
	}
	return report, nil
}

func exerciseGraph(ctx context.Context, api environments.Api, authorizer auth.Authorizer) (any, error) {
	graph, err := msgraph.NewClient(api, "applications", msgraph.VersionOnePointZero)
	if err != nil {
		return nil, err
	}
	graph.SetAuthorizer(authorizer)
	call := func(method, path string, status int, body, answer any) error {
		request, err := graph.NewRequest(ctx, client.RequestOptions{
			ContentType:         "application/json; charset=utf-8",
			ExpectedStatusCodes: []int{status},
			HttpMethod:          method,
			Path:                path,
		})
		if err != nil {
			return err
		}
		if body != nil {
			if err := request.Marshal(body); err != nil {
				return err
			}
		}
		response, err := request.Execute(ctx)
		if err != nil || answer == nil {
			return err
		}
		return response.Unmarshal(answer)
	}
	var made, found application
	names := struct {
		Value []application `json:"value"`
	}{}
	wanted := application{DisplayName: "made-in-go", SignInAudience: "AzureADMyOrg"}
	if err := call(http.MethodPost, "/applications", http.StatusCreated, wanted, &made); err != nil {
		return nil, err
	}
	path := "/applications/" + made.ID
	if err := call(http.MethodPatch, path, http.StatusNoContent, application{DisplayName: "renamed-in-go"}, nil); err != nil {
		return nil, err
	}
	if err := call(http.MethodGet, path, http.StatusOK, nil, &found); err != nil {
		return nil, err
	}
	if err := call(http.MethodGet, "/applications", http.StatusOK, nil, &names); err != nil {
		return nil, err
	}
	if err := call(http.MethodDelete, path, http.StatusNoContent, nil, nil); err != nil {
		return nil, err
	}
	listed := []string{}
	for _, each := range names.Value {
		listed = append(listed, each.DisplayName)
	}
	return map[string]any{"same": made.AppID == found.AppID, "name": found.DisplayName, "listed": listed}, nil
}
