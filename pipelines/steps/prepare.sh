#!/usr/bin/env bash
# Makes an empty folder for the review: files of an earlier step or attempt must not speak for this one.
source "${BASH_SOURCE[0]%/*}/surroundings.sh"

find "$review" -mindepth 1 -maxdepth 1 -type f -delete
output folder "$review"
output artifact "credential-review-${stack//\//-}"
