import {
  CheckFailure,
  CheckResponse,
  CreateResponse,
  DiffResponse,
  PropertyDiff,
  ReadResponse,
  UpdateResponse,
  type CheckRequest,
  type CreateRequest,
  type DeleteRequest,
  type DiffRequest,
  type ReadRequest,
  type UpdateRequest,
} from "@pulumi/pulumi/proto/provider_pb";
import { inputDifference, stateDifference, type Change } from "./difference";
import { checkFields, withDefaults } from "./fields";
import { applyOutputChanges, inputsFromState } from "./projection";
import {
  carrySecrets,
  decodeProperties,
  encodeProperties,
  isSecretAt,
  reveal,
  type PropertyMap,
} from "./property-values";
import { previewOutputs, type NamingRequest, type ResourceKind } from "./resource-kind";

// The life cycle of one resource: each function takes the engine's request and answers it with the resource's kind.
// Kinds never see secret wrappers; outputs get theirs back here.

export function checkResource(kind: ResourceKind, request: CheckRequest): CheckResponse {
  const given = decodeProperties(request.getNews());
  const named = kind.complete?.(given, namingRequest(request)) ?? given;
  const inputs = withDefaults(kind.fields, named);
  const plain = reveal(inputs);
  const failures = [...checkFields(kind.fields, plain, kind.schema), ...(kind.check?.(plain) ?? [])];
  return new CheckResponse()
    .setInputs(encodeProperties(inputs))
    .setFailuresList(
      failures.map(({ property, reason }) =>
        new CheckFailure()
          .setProperty(property)
          .setReason(
            `${isSecretAt(inputs, property) ? "The secret value is not valid" : reason}. Examine values at '${resourceName(request)}.${property}'.`,
          ),
      ),
    );
}

export function diffResource(kind: ResourceKind, request: DiffRequest): DiffResponse {
  const state = reveal(decodeProperties(request.getOlds()));
  const inputs = reveal(decodeProperties(request.getNews()));
  const before = request.hasOldInputs() ? reveal(decodeProperties(request.getOldInputs())) : state;
  const ignored = request.getIgnorechangesList();
  const changes = differences(kind, state, before, inputs).filter(
    ({ path }) => !ignored.some((ignore) => path === ignore || path.startsWith(`${ignore}.`)),
  );
  const forced = kind.mustReplace?.(state, inputs) ?? [];
  const replaces = [...changes.filter((change) => change.replaces).map(({ path }) => path), ...forced];
  const response = new DiffResponse()
    .setChanges(
      changes.length + forced.length > 0
        ? DiffResponse.DiffChanges.DIFF_SOME
        : DiffResponse.DiffChanges.DIFF_NONE,
    )
    .setDiffsList([...changes.map(({ path }) => path), ...forced])
    .setReplacesList(replaces)
    .setDeletebeforereplace(replaces.length > 0 && (kind.deleteFirst?.(state, inputs) ?? false))
    .setHasdetaileddiff(true);
  for (const change of changes) {
    const detail = new PropertyDiff().setKind(DIFF_KINDS[change.kind][change.replaces ? 1 : 0]);
    response.getDetaileddiffMap().set(change.path, detail.setInputdiff(kind.schema === "open"));
  }
  for (const path of forced) {
    response
      .getDetaileddiffMap()
      .set(path, new PropertyDiff().setKind(PropertyDiff.Kind.UPDATE_REPLACE).setInputdiff(false));
  }
  return response;
}

export async function createResource(kind: ResourceKind, request: CreateRequest): Promise<CreateResponse> {
  const given = decodeProperties(request.getProperties());
  const inputs = kind.keepsWrappers ? given : reveal(given);
  if (request.getPreview()) {
    const outputs = kind.preview?.(inputs, undefined) ?? previewOutputs(kind, inputs, undefined);
    return new CreateResponse().setProperties(outputsAnswer(kind, outputs, given));
  }
  const { id, outputs } = await kind.create(inputs);
  return new CreateResponse().setId(id).setProperties(outputsAnswer(kind, outputs, given));
}

export function readResource(kind: ResourceKind, request: ReadRequest): ReadResponse {
  const givenInputs = request.hasInputs() ? decodeProperties(request.getInputs()) : {};
  const before = reveal(decodeProperties(request.getProperties()));
  const isImport = Object.keys(givenInputs).length === 0;
  const found = kind.read(request.getId(), before);
  if (!found) return new ReadResponse();
  const inputs = isImport
    ? (kind.importInputs?.(found) ?? inputsFromState(kind.fields, found.outputs, undefined))
    : inputsAfterRefresh(kind, reveal(givenInputs), before, reveal(found.outputs));
  return new ReadResponse()
    .setId(found.id)
    .setProperties(outputsAnswer(kind, found.outputs, givenInputs))
    .setInputs(encodeProperties(carrySecrets(inputs, givenInputs, isImport ? kind.secrets : [])));
}

function inputsAfterRefresh(
  kind: ResourceKind,
  declared: PropertyMap,
  before: PropertyMap,
  now: PropertyMap,
): PropertyMap {
  return kind.schema === "open"
    ? applyOutputChanges(declared, before, now)
    : inputsFromState(kind.fields, now, declared);
}

export async function updateResource(kind: ResourceKind, request: UpdateRequest): Promise<UpdateResponse> {
  const given = decodeProperties(request.getNews());
  const inputs = kind.keepsWrappers ? given : reveal(given);
  const state = reveal(decodeProperties(request.getOlds()));
  if (request.getPreview()) {
    const outputs = kind.preview?.(inputs, state) ?? previewOutputs(kind, inputs, state);
    return new UpdateResponse().setProperties(outputsAnswer(kind, outputs, given));
  }
  if (!kind.update) throw new Error("This resource cannot be updated in place.");
  const outputs = await kind.update(request.getId(), inputs, state);
  return new UpdateResponse().setProperties(outputsAnswer(kind, outputs, given));
}

export function deleteResource(kind: ResourceKind, request: DeleteRequest): void {
  kind.delete(request.getId(), reveal(decodeProperties(request.getProperties())));
}

function differences(
  kind: ResourceKind,
  state: PropertyMap,
  before: PropertyMap,
  inputs: PropertyMap,
): Change[] {
  if (kind.schema === "closed") return stateDifference(kind.fields, state, inputs);
  const replacing = Object.keys(kind.fields).filter((name) => kind.fields[name]?.forceNew);
  return inputDifference(before, inputs, replacing);
}

function outputsAnswer(kind: ResourceKind, outputs: PropertyMap, inputs: PropertyMap) {
  return encodeProperties(carrySecrets(outputs, inputs, kind.secrets));
}

const DIFF_KINDS = {
  add: [PropertyDiff.Kind.ADD, PropertyDiff.Kind.ADD_REPLACE],
  delete: [PropertyDiff.Kind.DELETE, PropertyDiff.Kind.DELETE_REPLACE],
  update: [PropertyDiff.Kind.UPDATE, PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

const NAMING_MODES = ["propose", "enforce", "disable"] as const;

function namingRequest(request: CheckRequest): NamingRequest {
  const autonaming = request.getAutonaming();
  return {
    name: resourceName(request),
    previous: request.hasOlds() ? reveal(decodeProperties(request.getOlds())) : undefined,
    seed: request.getRandomseed_asU8(),
    autonaming: autonaming && {
      mode: NAMING_MODES[autonaming.getMode()],
      name: autonaming.getProposedName(),
    },
  };
}

function resourceName(request: CheckRequest): string {
  const urn = request.getUrn();
  return request.getName() || urn.slice(urn.lastIndexOf("::") + 2);
}
