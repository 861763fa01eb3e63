/** Tests. */
@NullMarked
package io.broadside.publisher.platform.instagram;

import org.jspecify.annotations.NullMarked;
