/** token-service: accepts tokens, keeps them fresh, and says so when it cannot. */
@NullMarked
package io.broadside.token;

import org.jspecify.annotations.NullMarked;
