package io.broadside.runtime.http;

import io.broadside.runtime.config.Secret;

/** A client's name and its secret, for HTTP Basic: what some platforms want on their token endpoint. */
public record BasicAuth(String user, Secret password) {}
