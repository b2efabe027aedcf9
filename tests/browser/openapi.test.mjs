// SPDX-License-Identifier: MPL-2.0
// openapi.test.mjs: /openapi.json before a validator of OpenAPI 3.1 that is not ours. It takes no
// browser; it is here for the sake of its library.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConfig, lintFromString } from '@redocly/openapi-core';

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const rules = ['struct', 'no-unresolved-refs', 'no-identical-paths', 'path-declaration-must-exist',
    'path-not-include-query', 'path-parameters-defined', 'operation-operationId',
    'operation-operationId-unique', 'operation-operationId-url-safe', 'operation-parameters-unique',
    'operation-summary', 'operation-tag-defined', 'security-defined', 'no-enum-type-mismatch'];
const config = await createConfig({ rules: Object.fromEntries(rules.map((rule) => [rule, 'error'])) });
const address = `${process.env.CODEV_URL}/openapi.json`;

async function faultsOf(document) {
    const found = await lintFromString({ source: JSON.stringify(document), config });
    return found.map((fault) => `${fault.ruleId}: ${fault.message}`);
}

async function fetchDocument() {
    const response = await fetch(address);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'application/json');
    return response.json();
}

// Every object of the document.
function* objectsOf(value) {
    if (typeof value !== 'object' || value === null)
        return;
    yield value;
    for (const member of Object.values(value))
        yield* objectsOf(member);
}

function resolve(document, reference) {
    assert.match(reference, /^#\//);
    return reference.slice(2).split('/')
        .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
        .reduce((value, key) => value?.[key], document);
}

test('the document is valid', async () => {
    assert.deepEqual(await faultsOf(await fetchDocument()), []);
});

// What the validator lets pass.
test('the document has its version, paths begin with a slash, their parameters are required', async () => {
    const document = await fetchDocument();
    const inPaths = [...objectsOf(document)].filter((value) => value.in === 'path');

    assert.match(document.openapi, /^3\.1\.\d+$/);
    assert.ok(inPaths.length > 0);
    assert.deepEqual(inPaths.filter((parameter) => parameter.required !== true), []);
    for (const [path, item] of Object.entries(document.paths)) {
        assert.match(path, /^\//);
        assert.deepEqual(Object.keys(item).filter((key) => !methods.includes(key)), [], path);
    }
});

test('every reference leads somewhere', async () => {
    const document = await fetchDocument();
    const references = [...objectsOf(document)].map((value) => value.$ref)
        .filter((reference) => reference !== undefined);

    assert.ok(references.length > 10);
    for (const reference of references)
        assert.equal(typeof resolve(document, reference), 'object', reference);
});

const item = '/quotes/requests/{id}';
const breakages = {
    'no title': [(document) => delete document.info.title, 'struct'],
    'no description of a response':
        [(document) => delete document.components.responses[404].description, 'struct'],
    'a method that is none': [(document) => (document.paths[item].fetch = {}), 'struct'],
    'a member that is none': [(document) => (document.paths[item].get.roles = []), 'struct'],
    'a status that is none':
        [(document) => (document.paths[item].get.responses[2000] = { description: '' }), 'struct'],
    'a type that is none':
        [(document) => (document.components.parameters.limit.schema.type = 'number of items'), 'struct'],
    'a bound that is no number':
        [(document) => (document.components.parameters.limit.schema.maximum = '200'), 'struct'],
    'a root element without a text for its name':
        [(document) => (document.components.schemas.Problem.xml.name = 1), 'struct'],
    'a parameter that is nowhere':
        [(document) => (document.paths[item].get.parameters[0].in = 'paths'), 'struct'],
    'a parameter of the path that is not told':
        [(document) => (document.paths[item].get.parameters = []), 'path-parameters-defined'],
    'a reference to nothing':
        [(document) => delete document.components.responses[401], 'no-unresolved-refs'],
    'one id for two operations':
        [(document) => (document.paths[item].get.operationId = 'get_quotes_requests'),
            'operation-operationId-unique'],
    'one path twice':
        [(document) => (document.paths['/quotes/requests/{other}'] = {}), 'no-identical-paths'],
    'a parameter twice':
        [(document) => document.paths[item].get.parameters.push(document.paths[item].get.parameters[0]),
            'operation-parameters-unique'],
    'a tag of no plugin':
        [(document) => (document.paths[item].get.tags = ['nothing']), 'operation-tag-defined'],
    'a security scheme that is none':
        [(document) => (document.paths[item].get.security = [{ basic: [] }]), 'security-defined'],
};

for (const [name, [breaks, rule]] of Object.entries(breakages)) {
    test(`the validator refuses ${name}`, async () => {
        const document = await fetchDocument();

        breaks(document);
        const faults = await faultsOf(document);
        assert.ok(faults.some((fault) => fault.startsWith(`${rule}:`)), `${rule} in [${faults}]`);
    });
}
