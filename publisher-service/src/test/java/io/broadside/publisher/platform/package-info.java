/** Tests. */
@NullMarked
package io.broadside.publisher.platform;

import org.jspecify.annotations.NullMarked;
