//go:build tools

// Package engine pins the Pulumi command line that certlock builds where no release can be downloaded.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
