@NullMarked
package io.broadside.local;

import org.jspecify.annotations.NullMarked;
