import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessOf } from '@hallpass/core/access';

test('C43: GET, HEAD and OPTIONS read', () => {
  for (const method of ['GET', 'HEAD', 'OPTIONS']) assert.equal(accessOf(method), 'read');
});

test('C44: every other method writes, also one nobody has heard of', () => {
  for (const method of [
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'QUERY',
    'PROPFIND',
    'REPORT',
    'FROB',
    '',
    '__proto__',
  ]) {
    assert.equal(accessOf(method), 'write');
  }
});

test('C45: TRACE and CONNECT are refused', () => {
  for (const method of ['TRACE', 'CONNECT']) assert.equal(accessOf(method), 'refused');
});

test('C51: a reading method in another spelling writes', () => {
  for (const method of ['get', 'GET ', ' GET', 'Head', 'OPTIONS\0']) assert.equal(accessOf(method), 'write');
});
