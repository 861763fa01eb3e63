/** Tests. */
@NullMarked
package io.broadside.publisher.platform.media;

import org.jspecify.annotations.NullMarked;
