// SPDX-FileCopyrightText: 2026 The Keyfob authors
// SPDX-License-Identifier: BSD-3-Clause
//
// An OpenID provider on loopback for the demo and the journeys: code flow with PKCE, device flow, refresh
// tokens with rotation, pages for login and consent. Every name signs in, with any password.
//
// PROVIDER_PORT             0, the default, takes a free one
// PROVIDER_ACCESS_SECONDS   life of an access token, default 600
// PROVIDER_REFRESH_SECONDS  life of a refresh token, default one day
// PROVIDER_DEVICE_SECONDS   life of a device code, default 600; 0 offers no device flow
//
// Prints `ready URL` once it answers.

import { createServer } from 'node:http';
import { once } from 'node:events';
import { Provider } from 'oidc-provider';

const number = (name, fallback) => Number(process.env[name] ?? fallback);
const hasDeviceFlow = number('PROVIDER_DEVICE_SECONDS', 600) > 0;
const redirectPorts = [53100, 53101, 53102, 53103, 53104, 53105];
const audience = 'urn:keyfob:demo';

const people = {
  alice: { given_name: 'Alice', family_name: 'Example' },
  bob: { given_name: 'Bob', family_name: 'Sample' },
};

const claimsOf = (login) => {
  const person = people[login] ?? { given_name: login, family_name: 'Guest' };
  return {
    ...person,
    name: `${person.given_name} ${person.family_name}`,
    preferred_username: login,
    email: `${login}@example.test`,
  };
};

const server = createServer();
server.listen(number('PROVIDER_PORT', 0), '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'keyfob-demo',
    client_name: 'Keyfob demo server',
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token',
      ...(hasDeviceFlow ? ['urn:ietf:params:oauth:grant-type:device_code'] : [])],
    redirect_uris: redirectPorts.map((port) => `http://localhost:${port}/callback`),
    post_logout_redirect_uris: redirectPorts.map((port) => `http://localhost:${port}/callback`),
  }],
  scopes: ['openid', 'offline_access', 'profile', 'email'],
  claims: {
    openid: ['sub'],
    profile: ['name', 'given_name', 'family_name', 'preferred_username'],
    email: ['email'],
  },
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: true },
    deviceFlow: { enabled: hasDeviceFlow },
    revocation: { enabled: true },
    introspection: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    // what makes access tokens signed JWTs, which the server checks by itself
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        audience,
        scope: 'openid profile email offline_access',
        accessTokenFormat: 'jwt',
        accessTokenTTL: number('PROVIDER_ACCESS_SECONDS', 600),
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
  findAccount: (context, login) => ({
    accountId: login,
    claims: () => ({ sub: login, ...claimsOf(login) }),
  }),
  extraTokenClaims: (context, token) => (token.accountId ? claimsOf(token.accountId) : undefined),
  issueRefreshToken: (context, client, code) => code.scopes.has('offline_access'),
  rotateRefreshToken: true,
  ttl: {
    AccessToken: number('PROVIDER_ACCESS_SECONDS', 600),
    AuthorizationCode: 60,
    DeviceCode: number('PROVIDER_DEVICE_SECONDS', 600) || 1,
    Grant: 86400,
    IdToken: 600,
    Interaction: 600,
    RefreshToken: number('PROVIDER_REFRESH_SECONDS', 86400),
    Session: 3600,
  },
  cookies: { keys: ['keyfob demo'] },
});
provider.on('server_error', (context, error) => console.error(error));
server.on('request', provider.callback());
console.log(`ready ${issuer}`);

process.on('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
