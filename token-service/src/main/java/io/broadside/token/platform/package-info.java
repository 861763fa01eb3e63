/** What token-service knows of platforms: how a token is looked at and how it is renewed. */
@NullMarked
package io.broadside.token.platform;

import org.jspecify.annotations.NullMarked;
