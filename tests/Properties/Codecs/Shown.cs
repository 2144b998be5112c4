using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Sluice.Properties.Codecs;

/// <summary>
/// A value as a text that tells apart whatever the wire must: two values are the same when their texts are.
/// </summary>
internal static class Shown
{
    public static string Of(object? value) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        double number => BitConverter.DoubleToInt64Bits(number).ToString(CultureInfo.InvariantCulture),
        float number => BitConverter.SingleToInt32Bits(number).ToString(CultureInfo.InvariantCulture),
        decimal number => string.Join('.', decimal.GetBits(number)),
        DateTime time => $"{time.Ticks} {time.Kind}",
        DateTimeOffset time => $"{time.Ticks} {time.Offset}",
        Uri uri => uri.OriginalString,
        IEnumerable items when value.GetType().Name.StartsWith("ImmutableArray", StringComparison.Ordinal)
            && value.Equals(Activator.CreateInstance(value.GetType())) => "default",
        IEnumerable items => $"[{string.Join(", ", Ordered(items))}]",
        _ when IsGroup(value.GetType()) => $"{{{string.Join(", ", Members(value))}}}",
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static IEnumerable<string> Members(object value) =>
        from property in value.GetType().GetProperties()
        where property.IsDefined(typeof(IdAttribute)) || IsPair(value.GetType())
        select $"{property.Name}={Of(property.GetValue(value))}";

    private static bool IsGroup(Type type) => type.IsDefined(typeof(GenerateSerializerAttribute)) || IsPair(type);

    private static bool IsPair(Type type) => type.Name.StartsWith("KeyValuePair", StringComparison.Ordinal);

    /// <summary>What has no order of its own is put into one.</summary>
    private static IEnumerable<string> Ordered(IEnumerable items)
    {
        var shown = items.Cast<object?>().Select(Of);
        return items is IDictionary or IEnumerable<string?> and not Array ? shown.Order(StringComparer.Ordinal) : shown;
    }
}
