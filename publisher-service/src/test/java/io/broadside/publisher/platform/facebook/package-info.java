/** Tests. */
@NullMarked
package io.broadside.publisher.platform.facebook;

import org.jspecify.annotations.NullMarked;
