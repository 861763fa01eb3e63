/** X through its API v2: https://docs.x.com. */
@NullMarked
package io.broadside.publisher.platform.x;

import org.jspecify.annotations.NullMarked;
