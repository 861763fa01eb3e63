@NullMarked
package io.broadside.publisher;

import org.jspecify.annotations.NullMarked;
