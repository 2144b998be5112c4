using System.Reflection;

namespace Sluice.Actors.Codecs;

/// <param name="Number">Its number on the wire.</param>
/// <param name="Info">The property or the field.</param>
/// <param name="Type">Of its value.</param>
internal sealed record GroupMember(uint Number, MemberInfo Info, Type Type)
{
    internal bool CanSet => Info is FieldInfo variable
        ? !variable.IsInitOnly
        : ((PropertyInfo)Info).SetMethod is not null;

    /// <summary>As a parameter of a constructor would be called, but for the first letter's case.</summary>
    internal string ParameterName => Info.Name.TrimStart('_');

    internal object? ValueOf(object owner) =>
        Info is FieldInfo field ? field.GetValue(owner) : ((PropertyInfo)Info).GetValue(owner);
}

/// <summary>How a type with numbered members is taken apart and put together.</summary>
/// <param name="Members">In ascending order of their numbers.</param>
/// <param name="Constructor">Null for a struct that begins as <c>default</c>.</param>
/// <param name="Arguments">The members that the constructor takes, in its order.</param>
internal sealed record GroupPlan(
    IReadOnlyList<GroupMember> Members, ConstructorInfo? Constructor, IReadOnlyList<GroupMember> Arguments)
{
    private const uint NumberMost = uint.MaxValue >> 3;

    private const BindingFlags Own =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>The plan of a type; every reason why there is none goes to <paramref name="mistakes"/>.</summary>
    internal static GroupPlan? Of(Type type, ICollection<string> mistakes)
    {
        var before = mistakes.Count;
        var members = MembersOf(type, mistakes).OrderBy(member => member.Number).ToList();
        foreach (var twice in members.GroupBy(member => member.Number).Where(same => same.Count() > 1))
        {
            mistakes.Add($"{string.Join(" and ", twice.Select(member => member.Info.Name))} have the same "
                + $"[Id({twice.Key})]: give each its own, and never one that was in use before.");
        }

        foreach (var member in members.Where(member => member.Number > NumberMost))
        {
            mistakes.Add($"{member.Info.Name} has [Id({member.Number})]: {NumberMost} is the most.");
        }

        var plan = mistakes.Count == before ? WithConstructor(type, members) : null;
        if (plan is null && mistakes.Count == before)
        {
            mistakes.Add("it cannot be put together: give it a constructor without parameters, or one whose parameters "
                + "have the names and types of members, and a set or init to every other member.");
        }

        return plan;
    }

    private static GroupPlan? WithConstructor(Type type, List<GroupMember> members)
    {
        var candidates =
            from constructor in type.GetConstructors(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            let arguments = Array.ConvertAll(
                constructor.GetParameters(), parameter => Argument(parameter, members))
            where !arguments.Contains(null) && !IsCopying(constructor)
            where members.All(member => member.CanSet || arguments.Contains(member))
            orderby arguments.Length
            select new GroupPlan(members, constructor, arguments!);
        var best = candidates.FirstOrDefault();
        return best is null && type.IsValueType && members.All(member => member.CanSet)
            ? new GroupPlan(members, null, [])
            : best;
    }

    private static GroupMember? Argument(ParameterInfo parameter, List<GroupMember> members) => members.Find(member =>
        member.Type == parameter.ParameterType
        && member.ParameterName.Equals(parameter.Name, StringComparison.OrdinalIgnoreCase));

    /// <summary>What a record's <c>with</c> calls: it takes the record itself, which a member may look like.</summary>
    private static bool IsCopying(ConstructorInfo constructor) =>
        constructor.GetParameters() is [var only] && only.ParameterType == constructor.DeclaringType
        && constructor.DeclaringType!.GetMethod("<Clone>$") is not null;

    private static IEnumerable<GroupMember> MembersOf(Type type, ICollection<string> mistakes)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>))
        {
            return Numbered(type.GetProperty("Key")!, type.GetProperty("Value")!);
        }

        return CodecTypes.IsTuple(type)
            ? Numbered([.. type.GetFields().OrderBy(field => field.Name, StringComparer.Ordinal)])
            : Declared(type, mistakes);
    }

    private static IEnumerable<GroupMember> Numbered(params MemberInfo[] members) =>
        members.Select((member, index) => Member((uint)index, member));

    private static GroupMember Member(uint number, MemberInfo info) =>
        new(number, info, info is PropertyInfo property ? property.PropertyType : ((FieldInfo)info).FieldType);

    /// <summary>The members with a number, of the type and of those that it derives from.</summary>
    private static List<GroupMember> Declared(Type type, ICollection<string> mistakes)
    {
        var members = new List<GroupMember>();
        for (var level = type; level is not null && level != typeof(object) && level != typeof(ValueType);
            level = level.BaseType)
        {
            foreach (var info in level.GetProperties(Own).Cast<MemberInfo>().Concat(level.GetFields(Own)))
            {
                if (info.GetCustomAttribute<IdAttribute>(inherit: false) is { } id)
                {
                    if (info is PropertyInfo property
                        && (property.GetMethod is null || property.GetIndexParameters().Length > 0))
                    {
                        mistakes.Add($"{info.Name} has an [Id] and cannot be read: give it a get, and no index.");
                    }
                    else
                    {
                        members.Add(Member(id.Id, info));
                    }
                }
                else if (info is FieldInfo field && !field.IsDefined(typeof(NonSerializedAttribute))
                    && !IsNumberedProperty(level, field))
                {
                    mistakes.Add($"{NameOf(field)} has no [Id] and would be lost: give it the next number "
                        + "([property: Id(n)] on a record's parameter), or mark it [field: NonSerialized].");
                }
            }
        }

        return members;
    }

    private static bool IsNumberedProperty(Type level, FieldInfo field) =>
        level.GetProperty(NameOf(field), Own)?.IsDefined(typeof(IdAttribute), inherit: false) == true;

    /// <summary>The property's name where the field is what the compiler made for one.</summary>
    private static string NameOf(FieldInfo field) =>
        field.Name.StartsWith('<') ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)] : field.Name;
}
