/** Tests. */
@NullMarked
package io.broadside.publisher.platform.x;

import org.jspecify.annotations.NullMarked;
