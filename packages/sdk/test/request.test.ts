import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ABSENT, MALFORMED } from '@hallpass/core/credential';
import { accessAsked, presentedBy } from '@hallpass/sdk/request';

const node = (method: string, rawHeaders: string[] = [], url = '/') => ({ method, rawHeaders, url });
const fetched = (method: string, headers: Record<string, string> = {}, path = '/') =>
  new Request(`http://service.test${path}`, { method, headers });

describe('the credential', () => {
  test('is read from a header value, a request of node:http and one of fetch alike', () => {
    assert.equal(presentedBy('Bearer abc'), 'abc');
    assert.equal(presentedBy(node('GET', ['Host', 'x', 'AUTHORIZATION', 'bearer abc'])), 'abc');
    assert.equal(presentedBy(fetched('GET', { Authorization: 'Bearer abc' })), 'abc');
  });

  test('that is missing, or of another scheme, is absent', () => {
    for (const request of [undefined, null, 'Basic abc', node('GET'), fetched('GET')])
      assert.equal(presentedBy(request), ABSENT);
    const digest = 'Digest username="a", realm="b"';
    assert.equal(presentedBy(fetched('GET', { Authorization: digest })), ABSENT);
  });

  test('C1: that came twice is malformed, whichever way it came', () => {
    const twice = ['Authorization', 'Bearer abc', 'authorization', 'Bearer abc'];
    assert.equal(presentedBy(node('GET', twice)), MALFORMED);
    const headers = new Headers();
    for (const value of ['Bearer abc', 'Bearer abc']) headers.append('Authorization', value);
    assert.equal(presentedBy({ method: 'GET', url: '/', headers }), MALFORMED);
    const mixed = new Headers([
      ['Authorization', 'Basic abc'],
      ['Authorization', 'Bearer abc'],
    ]);
    assert.equal(presentedBy({ method: 'GET', url: '/', headers: mixed }), MALFORMED);
  });
});

test('where fetch has joined the lines of other schemes no credential can be told from them, and none is let in', () => {
  const basic = new Headers([
    ['Authorization', 'Basic abc'],
    ['Authorization', 'Basic abc'],
  ]);
  assert.equal(presentedBy({ method: 'GET', url: '/', headers: basic }), ABSENT);
  const digest = 'Digest username="a, bearer", realm="b"';
  assert.equal(presentedBy(fetched('GET', { Authorization: digest })), MALFORMED);
  assert.equal(presentedBy(node('GET', ['Authorization', digest])), ABSENT);
});

describe('what a request asks for', () => {
  test('follows its method: GET, HEAD and OPTIONS read, TRACE and CONNECT are refused, all else writes', () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      assert.equal(accessAsked(node(method), undefined), 'read');
    for (const method of ['TRACE', 'CONNECT']) assert.equal(accessAsked(node(method), undefined), 'refused');
    for (const method of ['POST', 'PUT', 'get', 'QUERY', ''])
      assert.equal(accessAsked(node(method), undefined), 'write');
    assert.equal(accessAsked(fetched('GET'), undefined), 'read');
    assert.equal(accessAsked({ rawHeaders: [] }, undefined), 'write');
  });

  test('is writing where nothing is known but a header value', () => {
    for (const value of ['Bearer abc', undefined, null]) assert.equal(accessAsked(value, undefined), 'write');
    assert.equal(accessAsked('Bearer abc', false), 'read');
  });

  test('is what the caller says, but for TRACE and CONNECT', () => {
    assert.equal(accessAsked(node('POST'), false), 'read');
    assert.equal(accessAsked(node('GET'), true), 'write');
    assert.equal(accessAsked(node('TRACE'), false), 'refused');
  });

  test('is reading by nothing else than false', () => {
    const wrong: readonly unknown[] = [null, 0, '', Number.NaN, 'false', {}];
    for (const write of wrong) {
      for (const request of [node('POST'), node('GET'), fetched('DELETE'), 'Bearer abc'])
        assert.equal(accessAsked(request, write as boolean), 'write', String(write));
      assert.equal(accessAsked(node('TRACE'), write as boolean), 'refused');
    }
  });

  test('is writing for an upgrade', () => {
    assert.equal(accessAsked(node('GET', ['Upgrade', 'websocket']), undefined), 'write');
    assert.equal(accessAsked(fetched('GET', { Upgrade: 'websocket' }), undefined), 'write');
  });

  test('C46: is writing where a header or the query names another method to a service that obeys it', () => {
    for (const name of [
      'X-HTTP-Method-Override',
      'x_http_method_override',
      'X-HTTP-Method',
      'X-Method-Override',
    ]) {
      assert.equal(accessAsked(node('GET', [name, 'delete']), undefined), 'write', name);
      assert.equal(accessAsked(node('GET', [name, 'head']), undefined), 'read', name);
    }
    assert.equal(accessAsked(fetched('GET', { 'X-HTTP-Method-Override': 'PUT' }), undefined), 'write');
    assert.equal(accessAsked(node('GET', [], '/a?x=1&_method=DELETE'), undefined), 'write');
    assert.equal(accessAsked(node('GET', [], '/a?%5Fmethod=put'), undefined), 'write');
    assert.equal(accessAsked(fetched('GET', {}, '/a?_method=DELETE'), undefined), 'write');
    assert.equal(accessAsked(node('GET', [], '/a?x-http-method-override=DELETE'), undefined), 'write');
    assert.equal(accessAsked(node('GET', [], '/a?_HttpMethod=PATCH'), undefined), 'write');
    assert.equal(accessAsked(node('GET', [], '/a?_method=GET'), undefined), 'read');
    assert.equal(
      accessAsked(node('GET', ['User-Agent', 'DELETE', 'Accept-Language', 'de']), undefined),
      'read',
    );
  });
});
