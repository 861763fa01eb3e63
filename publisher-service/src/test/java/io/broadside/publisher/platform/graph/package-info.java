/** Tests. */
@NullMarked
package io.broadside.publisher.platform.graph;

import org.jspecify.annotations.NullMarked;
