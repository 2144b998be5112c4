namespace Sluice.Unit.Edge;

/// <summary>Waits for what another thread does without saying so.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Yields until the condition holds; fails when it does not in time.</summary>
    public static async Task True(Func<bool> condition, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Limit)
            {
                throw new TimeoutException($"It did not happen: {what}.");
            }

            await Task.Yield();
        }
    }
}
