/** Tests. */
@NullMarked
package io.broadside.publisher.platform.tiktok;

import org.jspecify.annotations.NullMarked;
