/** Tests of budgets. */
@NullMarked
package io.broadside.publisher.budget;

import org.jspecify.annotations.NullMarked;
