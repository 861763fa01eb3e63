@NullMarked
package io.broadside.publisher.platform.bluesky;

import org.jspecify.annotations.NullMarked;
