package io.broadside.publisher.budget;

import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.util.List;

/**
 * How budgets of calls are kept.
 *
 * @param throttleAt percentage of a platform's limit at which posts wait that are not scheduled
 */
public record BudgetConfig(int throttleAt) {

    private static final Setting THROTTLE_AT = Setting.of(
            "PUBLISHER_BUDGET_THROTTLE_AT",
            "80",
            "Percentage of a platform's limit at which posts wait for the next window, without using up an attempt. The"
                    + " rest is kept for scheduled posts whose time has come and for posts that are half done. 100: nothing"
                    + " is kept.");

    public static final List<Setting> SETTINGS = List.of(THROTTLE_AT);

    public static BudgetConfig from(Settings settings) {
        return new BudgetConfig(settings.integer(THROTTLE_AT, 1, 100));
    }
}
