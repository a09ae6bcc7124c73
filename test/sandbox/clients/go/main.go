// Clients written in Go against the sandbox, in the cloud it describes and by public names; prints one JSON object.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	report := map[string]any{}
	for name, exercise := range map[string]func(context.Context) (any, error){
		"hashicorp": exerciseHashicorp,
		"microsoft": exerciseMicrosoft,
	} {
		result, err := exercise(ctx)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
			os.Exit(1)
		}
		report[name] = result
	}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
