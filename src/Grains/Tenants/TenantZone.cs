namespace Sluice.Grains.Tenants;

/// <summary>A tenant's time zone, by its name in the IANA database that the machine has.</summary>
internal static class TenantZone
{
    public const string Rule = "the IANA name of a time zone, such as Europe/Berlin, or left out for UTC";

    /// <summary>Null where nothing is said: the calendar is UTC's.</summary>
    /// <exception cref="InvalidOperationException">
    /// This machine does not know it: by another one, periods would begin at another time.
    /// </exception>
    public static TimeZoneInfo? Of(string name) =>
        name.Length == 0 ? null
        : Find(name) ?? throw new InvalidOperationException($"There is no time zone '{name}' on this machine.");

    /// <summary>Whether it can be counted by; an empty name can.</summary>
    public static bool IsKnown(string name) => name.Length == 0 || Find(name) is not null;

    // The names of another system are found too, and would not be on every machine.
    private static TimeZoneInfo? Find(string name) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId ? zone : null;
}
