using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace Sluice.Daemon.Settings;

/// <summary>
/// Describes the settings of a section. Types, defaults and, where they are annotated, bounds are read from the class
/// that the section is bound to, so that they are written once.
/// </summary>
public sealed class SettingSection
{
    private readonly SettingCatalog _catalog;
    private readonly string _section;
    private readonly Type _options;

    internal SettingSection(SettingCatalog catalog, string section, Type options) =>
        (_catalog, _section, _options) = (catalog, section, options);

    /// <param name="member">The property, or a way to it: <c>Tls:KeyFile</c>, <c>Pools:#:Name</c>.</param>
    /// <param name="text">What it does.</param>
    /// <param name="bounds">What it may be; null where an annotation, or being true or false, says it.</param>
    /// <param name="alias">A shorter name on the command line.</param>
    /// <param name="unset">What holds when it is not set; null for the value in the class.</param>
    /// <param name="secret">True: never on the command line.</param>
    public SettingSection Add(
        string member, string text, string? bounds = null, string? alias = null, string? unset = null,
        bool secret = false)
    {
        var (type, standard, property) = Follow(member);
        type = Nullable.GetUnderlyingType(type) ?? type;
        _catalog.Add(new Setting
        {
            Key = $"{_section}:{member}",
            Type = type,
            Default = unset ?? SettingValue.Format(standard),
            Bounds = bounds ?? BoundsOf(property, type),
            Text = text,
            Alias = alias,
            IsSecret = secret,
        });
        return this;
    }

    private (Type Type, object? Default, PropertyInfo Property) Follow(string member)
    {
        var (type, value) = (_options, Activator.CreateInstance(_options));
        PropertyInfo? property = null;
        foreach (var part in member.Split(':'))
        {
            if (part == "#")
            {
                type = type.GetGenericArguments()[0];
                value = type == typeof(string) ? null : Activator.CreateInstance(type);
                continue;
            }

            property = type.GetProperty(part) ?? throw new ArgumentException($"{type} has no property {part}.");
            (type, value) = (property.PropertyType, property.GetValue(value));
        }

        return (type, value, property!);
    }

    private string BoundsOf(PropertyInfo property, Type type)
    {
        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            return SettingValue.BoundsOf(range);
        }

        if (property.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed)
        {
            return string.Join(" or ", allowed.Values);
        }

        return type == typeof(bool)
            ? "true or false"
            : throw new ArgumentException($"Say what {_section}:{property.Name} may be: nothing in the class does.");
    }
}
