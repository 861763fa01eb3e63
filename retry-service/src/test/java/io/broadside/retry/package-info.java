@NullMarked
package io.broadside.retry;

import org.jspecify.annotations.NullMarked;
