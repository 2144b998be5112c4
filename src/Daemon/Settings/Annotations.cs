using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace Sluice.Daemon.Settings;

/// <summary>Checks options against their annotations, and says of each mistake where it is and what is right.</summary>
public static class Annotations
{
    /// <summary>Every mistake, in the order of the properties. Values of annotated properties are no secrets.</summary>
    /// <param name="section">Where the options come from, such as <c>Edge</c>.</param>
    /// <param name="options">The options; what is nested in them is not looked into.</param>
    public static IEnumerable<string> MistakesIn(string section, object options)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (var property in options.GetType().GetProperties())
        {
            var value = property.GetValue(options);
            var context = new ValidationContext(options) { MemberName = property.Name };
            foreach (var attribute in property.GetCustomAttributes<ValidationAttribute>())
            {
                if (attribute.GetValidationResult(value, context) is { } result)
                {
                    yield return $"{section}:{property.Name} {Sentence(attribute, value, result)}";
                }
            }
        }
    }

    private static string Sentence(ValidationAttribute attribute, object? value, ValidationResult result) =>
        attribute switch
        {
            RangeAttribute range => $"is {SettingValue.Format(value)}; it must be {SettingValue.BoundsOf(range)}.",
            RequiredAttribute => "is empty; it must be set.",
            _ => $"is '{value}'; it {result.ErrorMessage}",
        };
}
