/** Tests. */
@NullMarked
package io.broadside.publisher.platform.linkedin;

import org.jspecify.annotations.NullMarked;
