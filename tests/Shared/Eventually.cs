namespace Sluice.Testing;

/// <summary>Waits for what another thread or process does without saying so.</summary>
public static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>Looks again and again until the condition holds.</summary>
    /// <exception cref="TimeoutException">It does not hold in time.</exception>
    public static Task True(Func<bool> condition, string what) => True(() => Task.FromResult(condition()), what);

    /// <inheritdoc cref="True(Func{bool}, string)"/>
    public static Task True(Func<Task<bool>> condition, string what) => True(condition, what, Limit);

    /// <summary>The same for what takes its time, such as processes that start on a busy machine.</summary>
    /// <exception cref="TimeoutException">It does not hold in that time.</exception>
    public static async Task True(Func<Task<bool>> condition, string what, TimeSpan within)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > within)
            {
                throw new TimeoutException($"It did not happen: {what}");
            }

            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}
