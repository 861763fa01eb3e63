@NullMarked
package io.broadside.runtime.dispatch;

import org.jspecify.annotations.NullMarked;
