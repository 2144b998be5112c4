using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Sluice.Daemon.Settings;

/// <summary>Values of settings, from text and into words.</summary>
internal static class SettingValue
{
    /// <summary>How a value is written when it is no text, for the usage.</summary>
    public static string NameOf(Type type) => type switch
    {
        _ when type == typeof(bool) => "true|false",
        _ when type == typeof(TimeSpan) => "HH:MM:SS",
        _ when type == typeof(string) || type.IsEnum => "TEXT",
        _ => "NUMBER",
    };

    /// <summary>A default as it would be written; an empty text is <c>none</c>.</summary>
    public static string Format(object? value) => value switch
    {
        null or "" => "none",
        true => "true",
        false => "false",
        TimeSpan { Ticks: var ticks } time when ticks % TimeSpan.TicksPerSecond != 0 =>
            time.ToString("c", CultureInfo.InvariantCulture).TrimEnd('0'),
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => $"{value}",
    };

    /// <summary>Both ends, whether the annotation was used to check something before or not.</summary>
    public static string BoundsOf(RangeAttribute range)
    {
        var converter = TypeDescriptor.GetConverter(range.OperandType);
        return $"{End(range.Minimum)} to {End(range.Maximum)}";
        string End(object end) => Format(end is string text ? converter.ConvertFromInvariantString(text) : end);
    }

    /// <summary>What the binder could not read, or would read as something that nobody means.</summary>
    public static string? MistakeIn(Setting setting, string value)
    {
        if (setting.Values.Count > 0)
        {
            return setting.Values.Contains(value, StringComparer.Ordinal)
                ? null
                : $"'{value}' is not {string.Join(" or ", setting.Values)}";
        }

        var type = setting.Type;
        if (type == typeof(string))
        {
            return null;
        }

        if (type.IsEnum)
        {
            return Enum.GetNames(type).Contains(value, StringComparer.OrdinalIgnoreCase)
                ? null
                : $"'{value}' is none of {string.Join(", ", Enum.GetNames(type))}";
        }

        // The platform reads "30" as thirty days.
        if (type == typeof(TimeSpan) && value.All(char.IsAsciiDigit))
        {
            return $"'{value}' would be days: write hours, minutes and seconds, such as 00:00:30";
        }

        return IsReadable(type, value)
            ? null
            : type switch
            {
                _ when type == typeof(bool) => $"'{value}' is not true or false",
                _ when type == typeof(TimeSpan) =>
                    $"'{value}' is not a duration: write hours, minutes and seconds, such as 00:00:30",
                _ when type == typeof(double) => $"'{value}' is not a number",
                _ => $"'{value}' is not a whole number of a size that fits",
            };
    }

    private static bool IsReadable(Type type, string value)
    {
        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value) is not null;
        }
        catch (Exception exception)
            when (exception is FormatException or ArgumentException or OverflowException or NotSupportedException)
        {
            return false;
        }
    }
}
