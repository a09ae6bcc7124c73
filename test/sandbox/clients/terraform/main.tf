terraform {
  required_providers {
    azuread = {
      source  = "hashicorp/azuread"
      version = "3.9.0"
    }
  }
}

provider "azuread" {
  use_cli = false
}

variable "certificate_end" {
  type = string
}

variable "with_secret" {
  type    = bool
  default = false
}

data "azuread_client_config" "me" {}

resource "azuread_application" "app" {
  display_name     = "made-by-terraform"
  sign_in_audience = "AzureADMyOrg"
  owners           = [data.azuread_client_config.me.object_id]
}

resource "azuread_service_principal" "sp" {
  client_id = azuread_application.app.client_id
}

resource "azuread_application_federated_identity_credential" "fic" {
  application_id = azuread_application.app.id
  display_name   = "main"
  issuer         = "https://token.actions.githubusercontent.com"
  subject        = "repo:contoso/billing:environment:production"
  audiences      = ["api://AzureADTokenExchange"]
}

resource "azuread_application_certificate" "cert" {
  application_id = azuread_application.app.id
  type           = "AsymmetricX509Cert"
  value          = file("cert.pem")
  end_date       = var.certificate_end
}

resource "azuread_named_location" "office" {
  display_name = "office"
  ip {
    ip_ranges = ["203.0.113.0/24"]
  }
}

resource "azuread_conditional_access_policy" "p" {
  display_name = "only from the office"
  state        = "enabledForReportingButNotEnforced"
  conditions {
    client_app_types = ["all"]
    applications { included_applications = ["All"] }
    users { included_users = ["None"] }
    client_applications { included_service_principals = [azuread_service_principal.sp.object_id] }
    locations {
      included_locations = ["All"]
      excluded_locations = [azuread_named_location.office.object_id]
    }
  }
  grant_controls {
    operator          = "OR"
    built_in_controls = ["block"]
  }
}

resource "azuread_application_password" "secret" {
  count          = var.with_secret ? 1 : 0
  application_id = azuread_application.app.id
}
