using Sluice.Rules.Tokens;

namespace Sluice.Rules.Policies;

/// <summary>Whether somebody proved who he is lately enough (RFC 9470).</summary>
public static class FreshAuthentication
{
    /// <param name="authenticatedAt">When he did, in seconds since 1970; null: nobody says so.</param>
    /// <param name="ageMax">How long ago that may be; zero: it does not matter.</param>
    /// <param name="now">By the clock of whoever judges.</param>
    /// <returns>
    /// False also for a time that is further ahead than clocks differ: such a proof would be fresh for too long.
    /// </returns>
    public static bool IsFresh(long? authenticatedAt, TimeSpan ageMax, DateTimeOffset now)
    {
        if (ageMax == TimeSpan.Zero)
        {
            return true;
        }

        if (authenticatedAt is not { } seconds)
        {
            return false;
        }

        var age = now - DateTimeOffset.FromUnixTimeSeconds(seconds);
        return age <= ageMax && age >= -AccessToken.ClockSkew;
    }
}
