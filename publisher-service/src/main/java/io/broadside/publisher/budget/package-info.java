/** Who may call a platform just now, and who waits until when: budgets of calls, learnt from what platforms say. */
@NullMarked
package io.broadside.publisher.budget;

import org.jspecify.annotations.NullMarked;
