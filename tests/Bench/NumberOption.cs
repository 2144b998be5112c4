using System.CommandLine;
using System.Numerics;

namespace Sluice.Bench;

/// <summary>Options that are numbers with a least value.</summary>
internal static class NumberOption
{
    public static Option<T> Create<T>(string name, string description, T standard, T least)
        where T : INumber<T>
    {
        var option = new Option<T>(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<T>() is { } value && value < least)
            {
                result.AddError($"{name} must be {least} or more.");
            }
        });
        return option;
    }
}
