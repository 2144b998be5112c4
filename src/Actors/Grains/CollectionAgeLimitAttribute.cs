using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Sluice.Actors;

/// <summary>How long an activation of this class may be idle before it ends.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CollectionAgeLimitAttribute : Attribute
{
    /// <summary>The shortest age taken; a shorter one is raised to it.</summary>
    [SuppressMessage("Usage", "CA2211", Justification = "Read-only; a field in Orleans too.")]
    public static readonly TimeSpan MinAgeLimit = TimeSpan.FromMinutes(1);

    public CollectionAgeLimitAttribute()
    {
    }

    /// <param name="inactivityPeriod">Written <c>d.hh:mm:ss</c>.</param>
    public CollectionAgeLimitAttribute(string inactivityPeriod) =>
        Minutes = TimeSpan.Parse(inactivityPeriod, CultureInfo.InvariantCulture).TotalMinutes;

    public double Days { get; init; }

    public double Hours { get; init; }

    public double Minutes { get; init; }

    /// <summary>Never idle.</summary>
    public bool AlwaysActive { get; init; }

    /// <summary>The sum of the parts, at least <see cref="MinAgeLimit"/>.</summary>
    public TimeSpan AgeLimit
    {
        get
        {
            if (AlwaysActive)
            {
                return TimeSpan.MaxValue;
            }

            var sum = TimeSpan.FromDays(Days) + TimeSpan.FromHours(Hours) + TimeSpan.FromMinutes(Minutes);
            return sum < MinAgeLimit ? MinAgeLimit : sum;
        }
    }
}

/// <summary>On a grain class: an idle activation stays.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class KeepAliveAttribute : Attribute;
