namespace Sluice.Actors.Codecs;

/// <summary>What a type must be like to travel.</summary>
internal static class TypeRules
{
    /// <summary>Generic types in one another. A type that nests itself ever deeper has no end of codecs.</summary>
    private const int GenericDepthMost = 16;

    internal static IReadOnlyList<string> Mistakes(Type type, string place) => [.. Walk(type, place, [])];

    private static IEnumerable<string> Walk(Type type, string place, HashSet<Type> seen)
    {
        if (Refusal(type) is { } refusal)
        {
            return [$"{place}: {Show(type)} {refusal}"];
        }

        if (!seen.Add(type))
        {
            return [];
        }

        if (CodecTypes.CodecOf(type) is not null)
        {
            return CodecTypes.PartsOf(type).SelectMany(part => Walk(part, place, seen));
        }

        var own = new List<string>();
        var plan = GroupPlan.Of(type, own);
        return plan is null
            ? own.Select(mistake => $"{place}: in {Show(type)}, {mistake}")
            : plan.Members.SelectMany(member => Walk(member.Type, PlaceOf(type, member, place), seen));
    }

    private static string PlaceOf(Type type, GroupMember member, string place) =>
        CodecTypes.IsTuple(type) || CodecTypes.IsPair(type) ? place : $"{place}, in {Show(type)}.{member.Info.Name}";

    /// <summary>Why the type as such cannot travel, apart from its members; null when it can.</summary>
    private static string? Refusal(Type type)
    {
        if (type.ContainsGenericParameters)
        {
            return "is an open generic type: name its arguments.";
        }

        if (type.IsByRef || type.IsByRefLike || type.IsPointer || type.IsFunctionPointer)
        {
            return "points into memory, which stays here: use an array or a ReadOnlyMemory.";
        }

        if (type == typeof(CancellationToken))
        {
            return "travels as an argument of its own only, not within another value.";
        }

        if (typeof(IAddressable).IsAssignableFrom(type))
        {
            return "is a reference to a grain: send the grain's key.";
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return "is code: send what it needs to know as data.";
        }

        if (DepthOf(type) > GenericDepthMost)
        {
            return $"nests generic types deeper than {GenericDepthMost}: name a type in between.";
        }

        if (CodecTypes.CodecOf(type) is not null)
        {
            return SortedRefusal(type);
        }

        if (CodecTypes.IsTuple(type) || CodecTypes.IsPair(type))
        {
            return null;
        }

        if (type == typeof(object) || type.IsAbstract || type.IsInterface)
        {
            return "can be many types, and the declared one is what travels: name the one it is.";
        }

        if (type.IsArray)
        {
            return "is an array of more than one dimension: use arrays of arrays.";
        }

        return type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)
            ? null
            : "has no [GenerateSerializer]: mark it so and number its members with [Id], or use a type that is known.";
    }

    private static string? SortedRefusal(Type type)
    {
        if (!type.IsGenericType || !type.Name.StartsWith("ImmutableSorted", StringComparison.Ordinal))
        {
            return null;
        }

        var sorted = type.GetGenericArguments()[0];
        return typeof(IComparable).IsAssignableFrom(sorted)
            || typeof(IComparable<>).MakeGenericType(sorted).IsAssignableFrom(sorted)
                ? null
                : $"sorts {Show(sorted)}, which has no order: implement IComparable, or take one that sorts nothing.";
    }

    private static int DepthOf(Type type) =>
        type.HasElementType ? 1 + DepthOf(type.GetElementType()!)
        : type.IsGenericType ? 1 + type.GetGenericArguments().Max(DepthOf)
        : 0;

    private static string Show(Type type) =>
        type.IsArray ? $"{Show(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]"
        : type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Show))}>"
        : type.FullName ?? type.Name;
}
